"""Tensors of torch by their memory where the processor can read it, else by their version."""

import ctypes
import sys
from typing import Any

from ipyprod.effects.values.arrays import hash_buffer
from ipyprod.effects.values.kinds import is_session_type, qualname_of
from ipyprod.effects.values.look import Look, Rule, part
from ipyprod.effects.values.marks import OpaqueValueError


def tensor_rule(kind: type) -> Rule | None:
    """Return the rule for values of torch, None for other types."""
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "Tensor"):
        return None
    if issubclass(kind, torch.Tensor):
        return None if is_session_type(kind) else _tensor
    if issubclass(kind, torch.Generator):
        return _generator
    if issubclass(kind, (torch.dtype, torch.device, torch.layout, torch.memory_format)):
        return lambda obj, _look: part(("torch", repr(obj)))
    if issubclass(kind, (torch.UntypedStorage, torch.TypedStorage)):
        return _refuse
    return None


def _tensor(obj: Any, look: Look) -> Any:
    torch = sys.modules["torch"]
    tag = (qualname_of(type(obj)), str(obj.dtype), tuple(obj.shape), obj.requires_grad)
    gradient = obj.grad if obj.is_leaf or obj.retains_grad else None
    if obj.layout is not torch.strided or obj.is_quantized:
        return part(tag, (_components(obj, torch), gradient))
    if obj.device.type != "cpu":
        # Reading would wait for the device. Writing through `.data` leaves the counter as it is.
        look.is_one_way = True
        return part(tag, (obj.data_ptr(), obj._version, gradient))  # noqa: SLF001 - no public name
    return part(tag, (_memory_hash(obj.detach(), look), gradient))


def _components(obj: Any, torch: Any) -> Any:
    if obj.layout is torch.sparse_coo:
        plain = obj.detach()
        return (plain._indices(), plain._values())  # noqa: SLF001 - the public ones want it sorted
    if obj.layout is torch.sparse_csr:
        return (obj.crow_indices(), obj.col_indices(), obj.values())
    raise OpaqueValueError("tensor")


def _memory_hash(plain: Any, look: Look) -> bytes:
    if not plain.numel():
        return b""
    if not plain.is_contiguous():
        look.budget.check()
        plain = plain.contiguous()
    size = plain.numel() * plain.element_size()
    memory = (ctypes.c_char * size).from_address(plain.data_ptr())
    return hash_buffer(memory, look)


def _generator(obj: Any, _look: Look) -> Any:
    torch = sys.modules["torch"]
    if obj is torch.default_generator:
        return part("the global generator")
    if obj.device.type != "cpu":
        raise OpaqueValueError("generator of a device")
    return part("Generator", (bytes(obj.get_state().numpy()),))


def _refuse(_obj: Any, _look: Look) -> Any:
    raise OpaqueValueError("storage")
