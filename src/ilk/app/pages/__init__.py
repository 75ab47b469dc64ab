"""One page a file; Streamlit runs each as a script."""
