"""Clouds, depth images and masks from messages and files."""
