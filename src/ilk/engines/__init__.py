"""Where it runs: an engine makes tiles once and adds partials over them."""
