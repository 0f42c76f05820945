"""The planner that needs no MoveIt: RoboPlan on Pinocchio and coal, and ruckig."""
