"""Where learners are kept: tables, sealing, migrations. Nothing of SQLAlchemy leaves this room."""
