"""The pages of the screen: each draws a record and hands back nothing."""
