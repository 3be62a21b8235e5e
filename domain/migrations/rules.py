"""What the database itself sees to beside the tables of the models: functions and triggers, as they are made."""

from domain.assessments.guards import ASSESSMENT_TRIGGERS, STAYS_WITH_ROUND
from domain.assessments.partitions import ANSWERS_ARE_APART
from domain.history import KEEP_HISTORY, STAYS, STAYS_TRIGGERS, UUID_RANGE
from domain.milestones.ledger import LEDGER_ADDS_UP, LEDGER_TRIGGERS
from domain.programmes.figures import DERIVE_FIGURES, FIGURES_OF, FIGURES_TRIGGERS, KEEP_FIGURES
from domain.programmes.portfolio import MOVE_LEADS, PORTFOLIO_CHANGES_OF, PORTFOLIO_TRIGGERS, TURNS_OF
from domain.sessions import methods
from domain.strengths.models import STRENGTHS_STAY

BEFORE_TABLES = (UUID_RANGE, KEEP_HISTORY)
AFTER_TABLES = (
    *(LEDGER_ADDS_UP, *LEDGER_TRIGGERS),
    *(STAYS, *STAYS_TRIGGERS, *STRENGTHS_STAY),
    *(STAYS_WITH_ROUND, *ASSESSMENT_TRIGGERS, *ANSWERS_ARE_APART),
    methods.put_in(),
    *(TURNS_OF, PORTFOLIO_CHANGES_OF, MOVE_LEADS, *PORTFOLIO_TRIGGERS),
    *(FIGURES_OF, DERIVE_FIGURES, KEEP_FIGURES, *FIGURES_TRIGGERS),
)
