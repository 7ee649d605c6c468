"""Who sits at this machine: what the record of deeds calls an operator."""

import os


def account() -> str:
    """Return the account that this process runs as, as the system knows it; behind `sudo` also who called it."""
    try:
        import pwd

        name = pwd.getpwuid(os.getuid()).pw_name
    except ImportError:  # Windows
        return os.getlogin()
    except KeyError:  # a container's user without a name
        name = f"uid {os.getuid()}"
    # Only root could have made that up.
    caller = os.environ.get("SUDO_USER", "") if os.getuid() == 0 else ""
    return f"{caller} as {name}" if caller and caller != name else name
