"""The links of a workspace as a file, which `apps.links.importing` reads again."""
