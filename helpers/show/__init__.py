"""Pictures and widgets of the lessons."""
