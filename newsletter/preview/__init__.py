"""The editor's page: routes, what keeps strangers out, and how a mail is shown. What it shows and does is handed in."""
