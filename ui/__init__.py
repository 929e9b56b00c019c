"""The clinic screen: Streamlit, talking to the service through the typed client alone."""
