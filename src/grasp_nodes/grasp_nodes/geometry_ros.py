"""Headers, poses and transforms as messages, and back."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Quaternion, Transform, TransformStamped, Vector3
from std_msgs.msg import Header

from grasp_core.checks import Float, check_array
from grasp_core.transforms import from_quaternion_xyzw, quaternions_xyzw


def header(frame_id: str, stamp_ns: int) -> Header:
    """Header of a frame and a time in nanoseconds."""
    seconds, nanoseconds = divmod(stamp_ns, 1_000_000_000)
    return Header(frame_id=frame_id, stamp=Time(sec=seconds, nanosec=nanoseconds))


def pose_messages(T_frame_pose: Float) -> list[Pose]:
    """Poses of transforms (N, 4, 4)."""
    positions, quaternions = T_frame_pose[:, :3, 3], quaternions_xyzw(T_frame_pose[:, :3, :3])
    return [
        Pose(position=Point(x=x, y=y, z=z), orientation=Quaternion(x=qx, y=qy, z=qz, w=qw))
        for (x, y, z), (qx, qy, qz, qw) in zip(
            positions.tolist(), quaternions.tolist(), strict=True
        )
    ]


def pose_message(T_frame_pose: Float) -> Pose:
    """Pose of one transform (4, 4)."""
    return pose_messages(T_frame_pose[None])[0]


def read_pose(pose: Pose) -> Float:
    """One transform (4, 4).

    Raises
    ------
    ArrayError : the position is not finite or the quaternion has no direction.
    """
    p, q = pose.position, pose.orientation
    position = check_array([p.x, p.y, p.z], (3,), "position")
    return from_quaternion_xyzw([q.x, q.y, q.z, q.w], position)


def transform_message(
    T_parent_child: Float, parent: str, child: str, time_ns: int
) -> TransformStamped:
    """Message for /tf or /tf_static."""
    pose = pose_message(T_parent_child)
    p = pose.position
    return TransformStamped(
        header=header(parent, time_ns),
        child_frame_id=child,
        transform=Transform(translation=Vector3(x=p.x, y=p.y, z=p.z), rotation=pose.orientation),
    )


def read_transform(message: TransformStamped) -> Float:
    """`T_parent_child` (4, 4).

    Raises
    ------
    ArrayError : the translation is not finite or the quaternion has no direction.
    """
    t, q = message.transform.translation, message.transform.rotation
    translation = check_array([t.x, t.y, t.z], (3,), "translation")
    return from_quaternion_xyzw([q.x, q.y, q.z, q.w], translation)
