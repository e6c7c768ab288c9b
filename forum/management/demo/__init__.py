"""The demonstration: people in ``people.toml``, one Markdown file for the history of each thread, and its reader."""
