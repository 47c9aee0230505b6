"""`meris …`: the same functions as the web, from the shell. `meris --help` lists the commands."""

from meris.cli import (
    auditing,
    backing,
    books,
    data,
    exercising,
    exporting,
    people,
    pruning,
    serving,
    watching,
)
from meris.cli.shared import Commands

main = Commands(
    "meris",
    help="Emergency resources of a state on one live map.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
_MODULES = (
    serving,
    people,
    data,
    watching,
    exporting,
    exercising,
    pruning,
    books,
    backing,
    auditing,
)
for command in (command for module in _MODULES for command in module.COMMANDS):
    main.add_command(command)
