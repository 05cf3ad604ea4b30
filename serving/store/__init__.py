"""Memory that lasts: keys, decisions and the audit trail, in SQLite or PostgreSQL."""
