"""`TrainParams`: how a network is trained, apart from the network itself."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_core.params import check_params, parameter

ONE_CYCLE, PLATEAU = "one_cycle", "plateau"


@dataclass(frozen=True)
class TrainParams:
    """Parameters of the training loop, the same for all networks."""

    epochs: int = parameter(20, "Passes over the training data.", low=1)
    batch_size: int = parameter(8, "Views per step and process.", low=1)
    learning_rate: float = parameter(1e-3, "AdamW's; the largest of one_cycle.", low=1e-8, high=1.0)
    weight_decay: float = parameter(1e-2, "AdamW's.", low=0.0, high=1.0)
    schedule: str = parameter(
        ONE_CYCLE,
        "Learning rate: one rise and fall over all steps, or a tenth whenever validation stalls.",
        choices=(ONE_CYCLE, PLATEAU),
    )
    clip_norm: float = parameter(10.0, "Largest norm of the gradient of a step.", low=1e-3)
    mixed_precision: bool = parameter(True, "On a GPU: layers with weights in bfloat16.")
    seed: int = parameter(0, "Of weights, order, augmentation and dropout.", low=0, high=2**32 - 1)
    workers: int = parameter(0, "Processes that prepare samples; 0: the training process.", low=0)
    checkpoint_steps: int = parameter(200, "Steps from one checkpoint to the next.", low=1)

    def __post_init__(self) -> None:
        check_params(self)


#: Parameters that may change when a run is resumed: the result is the same.
FREE_ON_RESUME = ("workers", "checkpoint_steps")
