namespace Holdfast.Adapters.Libvirt.Qmp;

/// <summary>QEMU's answer to one command.</summary>
/// <param name="Return">The returned JSON; empty for an error.</param>
/// <param name="Error">QEMU's words for an error; null for success.</param>
/// <param name="Received">Stopwatch reading when the bytes were read.</param>
public readonly record struct QmpReply(ReadOnlyMemory<byte> Return, string? Error, long Received)
{
    public bool Ok => Error is null;

    /// <summary>The reply itself, or an exception with QEMU's words.</summary>
    public QmpReply OrThrow(string command) => Ok ? this : throw new QmpException(QmpFailure.Refused, $"QEMU refused {command}: {Error}");
}

public enum QmpFailure
{
    /// <summary>QEMU answered with an error.</summary>
    Refused,

    /// <summary>No answer within the deadline; the command may still be executed.</summary>
    TimedOut,

    /// <summary>The socket is closed: QEMU is gone, or never was there.</summary>
    Closed,
}

/// <summary>A failed QMP command or connection.</summary>
public sealed class QmpException(QmpFailure failure, string message) : Exception(message)
{
    public QmpFailure Failure { get; } = failure;
}
