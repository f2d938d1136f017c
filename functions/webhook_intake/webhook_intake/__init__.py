"""Takes a CX platform's delivery, makes it durable, and says so."""
