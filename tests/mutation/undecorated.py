"""A module with each decorator applied by a call below what it decorates, which mutmut then mutates.

mutmut leaves alone what stands under a decorator: every class of `detectors/rules/`, every property. With
`Rule = dataclass(frozen=True)(Rule)` below the class the module does the same, and mutmut looks inside.
"""

from typing import TypeVar

import libcst as cst

_Body = TypeVar("_Body", cst.Module, cst.IndentedBlock)
_PREDICTABLE = ("staticmethod", "classmethod")  # mutmut looks inside of these itself


def _below(node: cst.FunctionDef | cst.ClassDef) -> list[cst.BaseStatement]:
    """The node without its decorators, and the call that applies them."""
    names = [one.decorator for one in node.decorators]
    if not names or (len(names) == 1 and isinstance(names[0], cst.Name) and names[0].value in _PREDICTABLE):
        return [node]
    applied: cst.BaseExpression = cst.Name(node.name.value)
    for name in reversed(names):
        applied = cst.Call(name, [cst.Arg(applied)])
    target = cst.AssignTarget(cst.Name(node.name.value))
    return [node.with_changes(decorators=()), cst.SimpleStatementLine([cst.Assign([target], applied)])]


class _Undecorated(cst.CSTTransformer):
    def _spread(self, block: _Body) -> _Body:
        body: list[cst.BaseStatement] = []
        for node in block.body:
            body += _below(node) if isinstance(node, cst.FunctionDef | cst.ClassDef) else [node]
        return block.with_changes(body=body)

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        return self._spread(updated_node)

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        return self._spread(updated_node)


def undecorated(source: str) -> str:
    """The module's source, rewritten."""
    return cst.parse_module(source).visit(_Undecorated()).code
