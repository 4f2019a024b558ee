using System.Runtime.InteropServices;
using System.Text;

namespace Holdfast.Adapters.Libvirt.Interop;

/// <summary>A small array of virTypedParameter in C memory, for one call.</summary>
internal sealed unsafe class TypedParameters : IDisposable
{
    private const int FieldLength = 80;
    private const int TypeUnsignedLong = 4;
    private const int TypeString = 7;
    private const int Capacity = 8;

    private Parameter* _first = (Parameter*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Parameter));

    internal Parameter* First => _first;

    internal int Count { get; private set; }

    internal TypedParameters Add(string name, string? value)
    {
        if (value is not null)
        {
            var parameter = Next(name);
            parameter->Type = TypeString;
            parameter->Value = (ulong)Marshal.StringToCoTaskMemUTF8(value);
        }

        return this;
    }

    internal TypedParameters Add(string name, ulong value)
    {
        var parameter = Next(name);
        parameter->Type = TypeUnsignedLong;
        parameter->Value = value;
        return this;
    }

    public void Dispose()
    {
        for (var index = 0; index < Count; index++)
        {
            if (_first[index].Type == TypeString)
            {
                Marshal.FreeCoTaskMem((nint)_first[index].Value);
            }
        }

        Count = 0;
        NativeMemory.Free(_first);
        _first = null;
    }

    private Parameter* Next(string name)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Count, Capacity);
        var parameter = &_first[Count++];
        Encoding.ASCII.GetBytes(name, new Span<byte>(parameter->Field, FieldLength - 1));
        return parameter;
    }

    /// <summary>C layout of virTypedParameter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Parameter
    {
        public fixed byte Field[FieldLength];
        public int Type;
        public ulong Value;
    }
}
