"""The web app: a marketer opens a page. Pages hold no logic; they call the package."""
