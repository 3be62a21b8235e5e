"""The people who go through a programme together: its cohorts and its teams, with dated members."""
