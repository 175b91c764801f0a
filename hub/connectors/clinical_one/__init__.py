"""Oracle Clinical One: sites, subjects and their visits, from the datasets of its Data Hub."""
