"""A meter's history to take away: CSV, XLSX, JSON and Green Button. Pure builders: rows come in one by one."""
