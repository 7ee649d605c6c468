"""What kind of file system a file lies on, as Linux lists them (proc(5), /proc/PID/mountinfo)."""

import re
from pathlib import Path

#: Whose locks are not those of one machine. A FUSE mount is called by what it serves: `fuse.sshfs`.
_REMOTE = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "fuse.sshfs",
        "glusterfs",
        "fuse.glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
        "vboxsf",
    }
)
#: Blanks and the like stand in octal: `\040`.
_OCTAL = re.compile(r"\\([0-7]{3})")


def kind_of(path: Path, mounts: str) -> str:
    """Return the kind of file system that the absolute *path* is on; "" when *mounts* does not tell."""
    found = [
        (place, kind)
        for place, kind in map(_mount, mounts.splitlines())
        if place and path.is_relative_to(place)
    ]
    # Of two mounts at one place the later one covers the other.
    return max(enumerate(found), key=lambda each: (len(each[1][0]), each[0]))[1][1] if found else ""


def is_remote(kind: str) -> bool:
    """Whether files there are another machine's."""
    return kind in _REMOTE


def _mount(line: str) -> tuple[str, str]:
    """Return place and kind: the fifth field, and the first one behind the dash that ends the optional fields."""
    before, _, after = line.partition(" - ")
    places, kinds = before.split(" "), after.split(" ")
    if len(places) < 5:
        return "", ""
    return _OCTAL.sub(lambda octal: chr(int(octal[1], 8)), places[4]), kinds[0]
