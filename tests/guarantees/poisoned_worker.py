"""`assay worker` with detectors that raise, or end the process, on events that a test has marked; and its supervisor.

    python poisoned_worker.py worker

A message whose text begins with `raises` makes the detector of lures raise; at one that begins with `kills judging`,
and where the refund that the seller `DEADLY` owes falls overdue, the process ends there, without a word to anybody.
Then the supervisor starts the next, as often as it takes. Each life is a process of its own, forked so that nothing has
to be imported again.
"""

import ctypes
import os
import signal
import sys
from typing import Any

from kafka.admin import KafkaAdminClient, MemberToRemove

from assay.__main__ import main
from detectors.detector import DeadlineReached
from detectors.judge import Judge
from detectors.judged import Judged
from detectors.rules.off_platform_lure import OffPlatformLure
from schemas import MessageSent

KILLED = 137  # as by the kernel
PR_SET_PDEATHSIG = 1
GROUP = "assay"
DEADLY = "usual-03"


def look(self: OffPlatformLure, state: Any, cause: Any, now_us: int, around: Any) -> Any:
    if isinstance(cause, MessageSent):
        if cause.text.startswith("raises"):
            raise RuntimeError("a bug of this detector")
        if cause.text.startswith("kills judging"):
            os._exit(KILLED)
    return usual_look(self, state, cause, now_us, around)


def judge(self: Judge, state: Any, cause: Any, *rest: Any) -> Judged:
    if isinstance(cause, DeadlineReached) and (cause.seller_id, cause.kind) == (DEADLY, "refund"):
        os._exit(KILLED)
    return usual_judge(self, state, cause, *rest)


usual_look, usual_judge = OffPlatformLure.look, Judge.judge


def supervise() -> int:
    """The exit code of the first life that does not end at a marked message."""
    while True:
        life = os.fork()
        if not life:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # whoever kills the supervisor means the worker
            main(prog_name="assay")
        signal.signal(signal.SIGTERM, lambda number, _, life=life: os.kill(life, number))
        code = os.waitstatus_to_exitcode(os.waitpid(life, 0)[1])
        sys.stderr.write(f"a life ended with {code}\n")
        if code != KILLED:
            return code
        forget_the_dead()


def forget_the_dead() -> None:
    """Spares the next life the wait until the group has noticed that a member is gone."""
    with KafkaAdminClient(bootstrap_servers=os.environ["ASSAY_KAFKA_BOOTSTRAP"]) as admin:
        members = [each["member_id"] for each in admin.describe_groups([GROUP])[GROUP]["members"]]
        if members:
            admin.remove_group_members(GROUP, [MemberToRemove(member_id=member) for member in members])


if __name__ == "__main__":
    OffPlatformLure.look = look  # type: ignore[method-assign]
    Judge.judge = judge  # type: ignore[method-assign]
    sys.exit(supervise())
