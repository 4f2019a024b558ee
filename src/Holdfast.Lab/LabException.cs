namespace Holdfast.Lab;

/// <summary>A lab that cannot do what was asked: the message is one sentence that names the thing and the way out.</summary>
public sealed class LabException : Exception
{
    public LabException(string message) : base(message) { }

    public LabException(string message, Exception inner) : base(message, inner) { }
}
