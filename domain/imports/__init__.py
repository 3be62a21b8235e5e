"""Bringing in files: organisations, what became of them, complete reports of a portfolio, and members of cohorts.

A file is read and checked whole first; with an error, nothing of it is written and all errors are told at once. Then
it is applied through the same commands that people use. A dry run does all of it and undoes it at the end.
"""

from domain.imports.frameworks import import_framework
from domain.imports.members import import_members
from domain.imports.organisations import import_organisations
from domain.imports.portfolio import import_portfolio
from domain.imports.problems import ImportRefused, Problem
from domain.imports.results import Decision, DecisionCode, ImportResult, Kind, Outcome, Progress, Report
from domain.imports.strengths import import_strengths
from domain.imports.successions import import_successions

__all__ = [
    "Decision",
    "DecisionCode",
    "ImportRefused",
    "ImportResult",
    "Kind",
    "Outcome",
    "Problem",
    "Progress",
    "Report",
    "import_framework",
    "import_members",
    "import_organisations",
    "import_portfolio",
    "import_strengths",
    "import_successions",
]
