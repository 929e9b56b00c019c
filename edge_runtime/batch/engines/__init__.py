"""What runs a batch's shards: this process, several processes, or Ray Data. One core does them."""
