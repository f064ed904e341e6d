"""The plumbing: what carries events to the judgement and decisions away from it; decides nothing about sellers."""
