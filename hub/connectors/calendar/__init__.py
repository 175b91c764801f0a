"""Calendars of others: governance meetings as series of events, by CalDAV or Microsoft Graph."""
