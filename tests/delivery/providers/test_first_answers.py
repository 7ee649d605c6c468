"""The first answers of a service come to several threads at once."""

import subprocess
import sys
from threading import Barrier, Thread

import msgspec

from newsletter.delivery.providers.http import Reply

THREADS, KINDS = 4, 1000


def test_threads_that_read_a_kind_of_answer_for_the_first_time_live() -> None:
    ended = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (0, f"{THREADS * KINDS} answers\n")


def read_new_kinds() -> None:
    """Have several threads read an answer of a kind that none has read yet, again and again."""
    sys.setswitchinterval(1e-6)
    answer = Reply(status=200, headers={}, body=b'{"data": [{"id": "x"}], "next": {"id": "y"}}')
    read = []
    for _ in range(KINDS):
        together = Barrier(THREADS)
        kind = new_kind()

        def work(kind: type[msgspec.Struct] = kind, together: Barrier = together) -> None:
            together.wait()
            read.append(answer.read(kind, "an answer"))

        threads = [Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(len(read), "answers")


def new_kind() -> type[msgspec.Struct]:
    """Return a kind of answer that nobody has read."""
    part = msgspec.defstruct("Part", [("id", str, "")])
    return msgspec.defstruct("Answer", [("data", list[part], []), ("next", part | None, None)])  # type: ignore[valid-type]


if __name__ == "__main__":
    read_new_kinds()
