"""How people and programs reach Tandem: HTTP, pages and the command line. Here everything is put together."""
