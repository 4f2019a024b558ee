using Holdfast.Core.Guarding;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>
/// The part that decides whether the watchdog may be petted: left alone from that moment, it must fire no later than expiry + stop of
/// every area whose machines could still run. Only the clocks and what was seen count here, not whether other threads have done their work.
/// </summary>
internal sealed partial class GuardCore
{
    /// <summary>The timeout while no area is open: as short as the shortest profile's, so that the first grant is covered at once.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(4);

    /// <summary>An older look at the processes says nothing about now.</summary>
    private static readonly TimeSpan FreshLook = TimeSpan.FromSeconds(1);

    private readonly bool _hasWatchdog;
    private TimeSpan _asked;
    private TimeSpan? _armed;
    private ClockReading _petted;
    private ClockReading _looked;

    /// <summary>The shortest of all areas.</summary>
    private TimeSpan WantedTimeout
    {
        get
        {
            var least = TimeSpan.MaxValue;
            for (var i = 0; i < _areas.Count; i++)
            {
                least = Shorter(least, _areas.GetValueAtIndex(i).Watchdog);
            }

            return _areas.Count == 0 ? IdleTimeout : least;
        }
    }

    private TimeSpan Timeout => _armed ?? WantedTimeout;

    /// <summary>Nothing that could run is left, so the guard may end and take the watchdog with it.</summary>
    public bool MayDisarm => _processes.Count == 0;

    /// <summary>The last petting still lets the watchdog fire in time for this area.</summary>
    private bool IsCovered(Area area) => !_hasWatchdog || area.Covers(_petted, Timeout);

    private void TurnWatchdog(ClockReading now)
    {
        // An arm order starts the countdown anew, so it counts as a petting.
        if (_armed is null || _asked != WantedTimeout)
        {
            if (MayPet(now, WantedTimeout))
            {
                (_asked, _petted) = (WantedTimeout, now);
                Do(new GuardAction.ArmWatchdog(_asked));
            }
        }
        else if (now.Since(_petted) >= Timeout / 8 && MayPet(now, Timeout))
        {
            _petted = now;
            Do(new GuardAction.PetWatchdog());
        }
    }

    private bool MayPet(ClockReading now, TimeSpan timeout)
    {
        for (var i = 0; i < _areas.Count && !Lacks(GuardFlaws.PetsAlways); i++)
        {
            var area = _areas.GetValueAtIndex(i);
            if ((area.Expired || !area.Covers(now, timeout)) && !AllStill(now, _areas.GetKeyAtIndex(i), area))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Nothing on this datastore, and nothing without a grant, can execute: seen by a recent look that began after the expiry.</summary>
    private bool AllStill(ClockReading now, string datastore, Area area)
    {
        if (now.Since(_looked) > FreshLook)
        {
            return false;
        }

        // Before the expiry a grant may have a process that no look has found yet.
        var noneUnseen = area.Expired ? _looked.Since(area.ExpiredAt) >= TimeSpan.Zero : !_grants.Values.Any(g => g.Datastores.Contains(datastore));
        return noneUnseen && _processes.Values.All(p => p.IsStill || (GrantOf(p) is not null && !IsBound(p, datastore)));
    }

    private void TakeArmed(TimeSpan timeout)
    {
        if (timeout > _asked)
        {
            Do(new GuardAction.Say($"The watchdog counts {timeout.TotalSeconds:0.0} s instead of {_asked.TotalSeconds:0.0} s, so it is petted more strictly."));
        }

        _armed = timeout;
        Do(new GuardAction.Tell(false));
    }

    private void TakeLost()
    {
        if (_armed is not null)
        {
            _armed = null;
            Do(new GuardAction.Say("The watchdog is lost. It resets this host unless it is reached again in time."));
            Do(new GuardAction.Tell(false));
        }
    }
}
