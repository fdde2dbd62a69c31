"""The demo: invented suppliers and households, and two people who can sign in. Only where `DEMO` is on."""
