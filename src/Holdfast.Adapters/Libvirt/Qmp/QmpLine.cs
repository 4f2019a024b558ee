using System.Text;
using System.Text.Json;

namespace Holdfast.Adapters.Libvirt.Qmp;

internal enum QmpLineKind
{
    Unknown,
    Greeting,
    Event,
    Reply,
}

/// <summary>One line of QMP (qemu.org, qmp-spec): a greeting, an event, or the answer to a command. Read in one pass without a document tree.</summary>
internal readonly ref struct QmpLine
{
    internal QmpLineKind Kind { get; private init; }

    /// <summary>The command's number; 0 when the line has none.</summary>
    internal long Id { get; private init; }

    internal QmpEventKind Event { get; private init; }

    internal string Name { get; private init; }

    internal string? Status { get; private init; }

    /// <summary>The event's data or the command's return value.</summary>
    internal ReadOnlySpan<byte> Value { get; private init; }

    /// <summary>QEMU's words when the answer is an error.</summary>
    internal string? Error { get; private init; }

    /// <exception cref="JsonException">The line is not JSON.</exception>
    internal static QmpLine Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        var kind = QmpLineKind.Unknown;
        var happened = QmpEventKind.Other;
        string name = "", error = "";
        ReadOnlySpan<byte> value = default;
        long id = 0;
        var failed = false;

        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("event"u8))
            {
                reader.Read();
                kind = QmpLineKind.Event;
                (happened, name) = EventOf(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8) || reader.ValueTextEquals("return"u8))
            {
                kind = kind == QmpLineKind.Unknown && reader.ValueTextEquals("return"u8) ? QmpLineKind.Reply : kind;
                reader.Read();
                value = line[Skipped(ref reader)];
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                kind = QmpLineKind.Reply;
                failed = true;
                error = Text(line[Skipped(ref reader)], "desc"u8) ?? "an error without words";
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : 0;
                reader.Skip();
            }
            else
            {
                kind = reader.ValueTextEquals("QMP"u8) ? QmpLineKind.Greeting : kind;
                reader.Read();
                reader.Skip();
            }
        }

        // The data may precede the event's name, so its status is looked up last.
        var key = StatusKey(happened);
        var status = key.IsEmpty ? null : Text(value, key);
        return new QmpLine { Kind = kind, Id = id, Event = happened, Name = name, Status = status, Value = value, Error = failed ? error : null };
    }

    /// <summary>A string member of a flat JSON object; null when it has none.</summary>
    internal static string? Text(ReadOnlySpan<byte> json, ReadOnlySpan<byte> member)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals(member);
            reader.Read();
            if (wanted)
            {
                return reader.TokenType == JsonTokenType.String ? Known(ref reader) : Encoding.UTF8.GetString(json[Skipped(ref reader)]);
            }

            reader.Skip();
        }

        return null;
    }

    private static ReadOnlySpan<byte> StatusKey(QmpEventKind happened) => happened switch
    {
        QmpEventKind.Migration => "status"u8,
        QmpEventKind.Shutdown => "reason"u8,
        QmpEventKind.BlockIoError => "action"u8,
        _ => default,
    };

    private static Range Skipped(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    // The words of the hand-over cost no allocation.
    private static string Known(ref Utf8JsonReader reader) => reader.ValueTextEquals("completed"u8) ? "completed"
        : reader.ValueTextEquals("device"u8) ? "device"
        : reader.ValueTextEquals("active"u8) ? "active"
        : reader.ValueTextEquals("postmigrate"u8) ? "postmigrate"
        : reader.GetString()!;

    private static (QmpEventKind Kind, string Name) EventOf(ref Utf8JsonReader reader) => reader.ValueTextEquals("STOP"u8) ? (QmpEventKind.Stop, "STOP")
        : reader.ValueTextEquals("RESUME"u8) ? (QmpEventKind.Resume, "RESUME")
        : reader.ValueTextEquals("MIGRATION"u8) ? (QmpEventKind.Migration, "MIGRATION")
        : reader.ValueTextEquals("BLOCK_IO_ERROR"u8) ? (QmpEventKind.BlockIoError, "BLOCK_IO_ERROR")
        : reader.ValueTextEquals("SHUTDOWN"u8) ? (QmpEventKind.Shutdown, "SHUTDOWN")
        : reader.ValueTextEquals("RESET"u8) ? (QmpEventKind.Reset, "RESET")
        : reader.ValueTextEquals("POWERDOWN"u8) ? (QmpEventKind.PowerDown, "POWERDOWN")
        : reader.ValueTextEquals("GUEST_PANICKED"u8) ? (QmpEventKind.GuestPanicked, "GUEST_PANICKED")
        : (QmpEventKind.Other, reader.GetString() ?? "");
}
