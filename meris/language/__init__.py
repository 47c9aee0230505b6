"""The words that people read, in their language: English in the code, others in catalogs.

    from meris.language import N_, _, ngettext
    _("Call %(phone)s first", phone=phone)              a text, said now
    ngettext("%(num)s shelter", "%(num)s shelters", n)  one or several
    N_("Has space")                                     only marked, to be said later by _()

Templates say `{{ _("…") }}`, `{{ ngettext("…", "…", n) }}` or `{% trans %}…{% endtrans %}`, scripts
`_('…')` and `ngettext('…', '…', n)` of `words/language.js`. Which language is spoken is set where a
request begins (`meris.web.languages`); everything else that runs speaks English. What is kept in
the database (the journal, logs of incidents) stays English and is said where it is shown.

`es/*.po` hold the Spanish. `make words` brings them up to date; a test finds what is missing.
"""

from meris.language.catalogs import ENGLISH, LANGUAGES, LOCALES, script_words
from meris.language.spoken import N_, _, ngettext, speak, speaking, spoken, teach

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "LOCALES",
    "N_",
    "_",
    "ngettext",
    "script_words",
    "speak",
    "speaking",
    "spoken",
    "teach",
]
