"""Who looks after the newsletter is told what they have to know: by mail, and where mail is what is broken, in other ways."""
