"""What cohorts meet for: sessions with an agenda of questions, who came, who sat with whom, and what came of it."""
