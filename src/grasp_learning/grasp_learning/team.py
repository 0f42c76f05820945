"""`Team`: the processes that train one network together, as torchrun starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class Team:
    """One of the processes that train a network together.

    Attributes
    ----------
    rank : number of the process; 0 writes files and reports.
    size : number of processes.
    device : that the process computes on.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether the process writes files and reports."""
        return self.rank == 0

    def shared(self, module: nn.Module) -> nn.Module:
        """Make the gradients of `module` the team's mean; its forward pass must run each step."""
        if self.size == 1:
            return module
        # A step without positives leaves whole heads without a gradient.
        return DistributedDataParallel(module, find_unused_parameters=True)

    def mean(self, sums: Mapping[str, float], count: int) -> dict[str, float]:
        """Divide the sums of all processes by their counts; all must give the same names."""
        names = sorted(sums)
        values = torch.tensor([*(sums[name] for name in names), count], dtype=torch.float64)
        if self.size > 1:
            values = values.to(self.device)
            distributed.all_reduce(values)
        return dict(zip(names, (values[:-1] / values[-1]).tolist(), strict=True))


@contextmanager
def join_team() -> Iterator[Team]:
    """Join the processes that torchrun started, or be alone; a GPU is used where there is one."""
    rank, size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    gpu = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if gpu else "cpu"
    if gpu:
        torch.cuda.set_device(device)
    team = Team(rank, size, torch.device(device))
    if size == 1:
        with _deterministic(not gpu):
            yield team
        return
    distributed.init_process_group("nccl" if gpu else "gloo")
    try:
        with _deterministic(not gpu):
            yield team
    finally:
        distributed.destroy_process_group()


@contextmanager
def _deterministic(wanted: bool) -> Iterator[None]:
    """Let operations with parallel sums add in a fixed order; a GPU has none for some of them."""
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(wanted)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
