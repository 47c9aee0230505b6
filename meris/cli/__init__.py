"""`meris …`: the same functions as the web, from the shell. `meris --help` lists the commands."""

from meris.cli import data, exporting, people, serving
from meris.cli.shared import Commands

main = Commands(
    "meris",
    help="Emergency resources of a state on one live map.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for command in (*serving.COMMANDS, *people.COMMANDS, *data.COMMANDS, *exporting.COMMANDS):
    main.add_command(command)
