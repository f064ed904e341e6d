"""`assay doctor`: what is wrong and how to mend it."""

import click
import msgspec

from assay.failure import Failure
from assay.invocation import Invocation, pass_invocation
from assay.table import echo_table
from streams.doctor import doctor as examine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a check: name, ok, sentence.")
@pass_invocation
def doctor(invocation: Invocation, as_json: bool) -> None:
    """Looks at Kafka, the topics, the producers' partitioner, Redis and the policy, and says how to mend what is wrong.

    Nothing is changed. Ends with exit code 1 where something is wrong.
    """
    checks = examine(invocation.settings())
    if as_json:
        for check in checks:
            click.echo(msgspec.json.encode(check))
    else:
        echo_table(("", "check", "what is so"), [("ok" if c.ok else "WRONG", c.name, c.sentence) for c in checks])
    wrong = [check.name for check in checks if not check.ok]
    if wrong:
        raise Failure(f"{len(wrong)} of {len(checks)} checks found something wrong: {', '.join(wrong)}.")
