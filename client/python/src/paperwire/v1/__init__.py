"""The messages and stubs of the contract, generated when the package is built.

Most programs need none of them: `paperwire.Client` takes and gives plain
Python. They are here for what it leaves out:

    from paperwire.v1 import paper_pb2
    proto: paper_pb2.Paper = paper.proto
"""
