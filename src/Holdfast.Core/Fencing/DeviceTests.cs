using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Fencing;

/// <summary>
/// Asks each fence device every day for the state of its plug, never for off, so that one that does not work is known before it is needed. Each host asks
/// for itself, as each may have to fence; one device at a time, and over the day.
/// </summary>
internal sealed class DeviceTests(AgentContext context)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>All agents of a cluster may start together, and a power strip answers one at a time.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(250);
    private readonly ImmutableArray<Device> devices =
        [.. context.Settings.Fences.SelectMany(f => f.Value.Select((_, level) => new Device(f.Key, level)))];

    private Moment next = Moment.Zero;
    private bool began;
    private bool asking;

    public IEnumerable<FenceDeviceView> Views => devices.Select(d => new FenceDeviceView(
        d.Slot, d.Level, context.Settings.FencesOf(d.Slot)[d.Level].Name, d.Proven ? "proven" : d.Failure is null ? "unproven" : "failed", d.Failure, context.Now - d.Since));

    public void Look()
    {
        if (asking || devices.IsEmpty || context.Now < next)
        {
            return;
        }

        if (!began)
        {
            Begin();
        }

        next = Moment.Never;
        foreach (var device in devices)
        {
            if (device.Due <= context.Now)
            {
                Ask(device);
                return;
            }

            next = Moment.Earlier(next, device.Due);
        }
    }

    /// <summary>A device was asked, for its state or for off: null = it did what it was asked for.</summary>
    public void Answered(int slot, int level, string? failure)
    {
        if (devices.FirstOrDefault(d => d.Slot == slot && d.Level == level) is not { } device)
        {
            return;
        }

        var name = context.Settings.NameOf(slot);
        if (failure is not null && device.Failure is null)
        {
            context.Say("device-failed", $"the fence device of {name} ({context.Settings.FencesOf(slot)[level].Name}) does not work: {failure}", host: name);
        }
        else if (failure is null && device.Failure is not null)
        {
            context.Say("device-proven", $"the fence device of {name} ({context.Settings.FencesOf(slot)[level].Name}) works again", host: name);
        }

        if (device.Proven != failure is null || device.Failure is null != failure is null)
        {
            device.Since = context.Now;
        }

        (device.Proven, device.Failure) = (failure is null, failure);
        device.Due = failure is null ? device.Due : Moment.Earlier(device.Due, context.Now + RetryAfter);
        next = Moment.Earlier(next, device.Due);
    }

    private void Begin()
    {
        began = true;
        foreach (var device in devices)
        {
            (device.Since, device.Due) = (context.Now, context.Now + (Apart * context.Settings.Slot));
        }
    }

    private void Ask(Device device)
    {
        asking = true;
        context.Out.TestFence(context.Settings.NameOf(device.Slot), device.Level, failure =>
        {
            asking = false;
            device.Due = context.Now + (device.Proven ? Day : Day * (devices.IndexOf(device) + 1) / devices.Length);
            Answered(device.Slot, device.Level, failure);
            next = context.Now + Apart;
        });
    }

    private sealed class Device(int slot, int level)
    {
        public int Slot => slot;

        public int Level => level;

        public bool Proven { get; set; }

        /// <summary>Why the last test failed; null: it did not, or there was none yet.</summary>
        public string? Failure { get; set; }

        /// <summary>It is as it is since then.</summary>
        public Moment Since { get; set; }

        public Moment Due { get; set; }
    }
}
