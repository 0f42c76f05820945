"""Pictures of clouds and grasps, drawn without a display."""
