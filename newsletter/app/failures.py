"""What a person is told about a failure that is not one of our own errors: the system's, the readers' package's."""

import errno
from collections.abc import Mapping

from newsletter.errors import NewsletterError
from subscribers.errors import SubscribersError

_NO_RIGHT = "The user who runs this needs the right to it."
#: The system's number → what to do.
_REMEDIES: Mapping[int, str] = {
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EROFS: _NO_RIGHT,
    errno.EEXIST: "A file is where a folder should be: move it away.",
    errno.ENOTDIR: "A file is where a folder should be: move it away.",
    errno.EISDIR: "A folder is where a file should be: move it away.",
    errno.ENOSPC: "Make room there.",
    errno.EDQUOT: "Make room there.",
}


def explained(error: Exception) -> NewsletterError | None:
    """Return what to tell a person about *error*; None for a mistake of the program, which is to be seen whole."""
    if isinstance(error, NewsletterError):
        return error
    if isinstance(error, SubscribersError):
        return NewsletterError(str(error))
    if isinstance(error, OSError) and error.errno is not None:
        where = f"{error.filename}: " if error.filename else ""
        return NewsletterError(
            f"{where}{error.strerror}. {_REMEDIES.get(error.errno, 'Look what is wrong there.')}"
        )
    return None
