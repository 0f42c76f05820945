"""How good detected grasps are: on the true shapes, by the measures of the papers."""
