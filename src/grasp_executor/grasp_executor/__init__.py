"""Plans motions of an arm and executes grasps."""
