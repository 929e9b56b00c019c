"""Who may use a model when: queues in front of the engines, batches, and what they cost."""
