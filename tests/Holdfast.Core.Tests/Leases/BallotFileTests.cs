using Holdfast.Core.Leases;

namespace Holdfast.Core.Tests.Leases;

public sealed class BallotFileTests
{
    private static readonly Slot Writer = new(3);
    private readonly byte[] file = new byte[AreaLayout.BallotLength];

    [Fact]
    public void A_reader_that_the_writer_overtakes_twice_does_not_fall_back_to_a_side_that_was_overwritten_meanwhile()
    {
        Write(0, Record(7, machines: 0));
        Write(1, Record(8, machines: 400));
        var overtaken = false;
        var reading = BallotFile.Read(
            (offset, length) =>
            {
                if (offset >= AreaLayout.Rest(0) && !overtaken)
                {
                    overtaken = true;
                    Write(0, Record(9, machines: 401));
                    Write(1, Record(10, machines: 402));
                }

                return file[(int)offset..((int)offset + length)];
            },
            AreaStory.Identity, Writer, 0);
        Assert.True(overtaken);
        Assert.Null(reading);
    }

    [Fact]
    public void A_newer_side_that_is_torn_leaves_the_older_one()
    {
        Write(0, Record(7, machines: 1));
        Write(1, Record(8, machines: 400));
        file[AreaLayout.Rest(1) + 5] ^= 1;
        Assert.Equal(7UL, BallotFile.Read((offset, length) => file[(int)offset..((int)offset + length)], AreaStory.Identity, Writer, 0)?.Sequence);
    }

    private static BallotRecord Record(ulong sequence, int machines)
    {
        var table = LeaseTable.First(["a", "b", "c", "d"]);
        for (var i = 0; i < machines; i++)
        {
            table = table.With(new MachineEntry(AreaStory.Machine(i), WantedState.Run, LeaseState.Free, new Epoch(sequence)));
        }

        return new(sequence, table, Ballot.None, Ballot.None, null);
    }

    private void Write(int side, BallotRecord record)
    {
        foreach (var (offset, bytes) in BallotFile.Writes(side, BallotCodec.Encode(record, AreaStory.Identity, Writer)))
        {
            bytes.CopyTo(file.AsMemory((int)offset));
        }
    }
}
