using Holdfast.Core.Guarding;
using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Tests.Deciding;

/// <summary>A guard's core with clocks, a slot and processes that the test moves. Times are milliseconds since the area was opened.</summary>
internal sealed class CoreWorld
{
    public const string Store = "gold";
    public static readonly Guid Boot = Guid.NewGuid();
    public readonly Guid FirstLife = Guid.NewGuid();
    private readonly Dictionary<int, GuardAction.Renew> _writes = [];
    private readonly bool _watchdog;
    private int _writeCount;

    public CoreWorld(bool watchdog = true, bool open = true, int agentlessMs = 600_000)
    {
        _watchdog = watchdog;
        Core = new(Guid.NewGuid(), "boot", watchdog, Now);
        if (watchdog)
        {
            Arm();
        }

        if (open)
        {
            Assert.Null(Order(Area(Store, agentlessMs)));
            Arm();
        }
    }

    public GuardCore Core { get; private set; }

    public ClockReading Now { get; private set; } = new(1_000_000_000_000, 1_000_000_000_000);

    public List<GuardAction> Log { get; } = [];

    public GuardReport Report => Core.Report(Now);

    public bool Expired => Report.Areas.Single(a => a.Datastore == Store).Expired;

    public static OpenArea Area(string store, int agentlessMs, Guid incarnation, long committed) =>
        new(store, $"/store/{store}/slot", 4096, Guid.NewGuid(), Guid.NewGuid(), 1, incarnation, Boot, 200, 6000, 1000, 4000, agentlessMs, committed);

    public OpenArea Area(string store, int agentlessMs = 600_000) => Area(store, agentlessMs, FirstLife, Now.Boot);

    public IReadOnlyList<GuardAction> Post(GuardInput input)
    {
        var actions = Core.Step(Now, input);
        Log.AddRange(actions);
        foreach (var write in actions.OfType<GuardAction.Renew>())
        {
            _writes[++_writeCount] = write;
        }

        return actions;
    }

    public string? Order(GuardOrder order) => Post(new GuardInput.Ordered(order)).OfType<GuardAction.Answer>().Single().Message.Refusal;

    public void Advance(int milliseconds, double rawRate = 1.0, double bootRate = 1.0)
    {
        Pass(milliseconds, rawRate, bootRate);
        Post(new GuardInput.Tick());
    }

    /// <summary>Time passes and the guard does not come to look at the clock.</summary>
    public void Pass(int milliseconds, double rawRate = 1.0, double bootRate = 1.0) =>
        Now = new(Now.Boot + (long)(milliseconds * 1_000_000L * bootRate), Now.Raw + (long)(milliseconds * 1_000_000L * rawRate));

    /// <summary>The writes that were given and have not ended.</summary>
    public int InFlight => _writes.Count;

    public void EndWrites(string? error = null)
    {
        foreach (var (key, write) in _writes.ToArray())
        {
            _writes.Remove(key);
            Post(new GuardInput.Renewed(write.SlotKey, write.Token, error));
        }
    }

    /// <summary>Time passes with a healthy store and agent.</summary>
    public void Run(int milliseconds)
    {
        for (var passed = 0; passed < milliseconds; passed += 100)
        {
            EndWrites();
            Order(new Report());
            Look();
            Turn();
            Advance(100);
        }

        EndWrites();
    }

    public Guid Machine(int pid, ulong epoch = 5, bool qmp = true, params string[] stores)
    {
        var machine = new Guid(pid, 0, 0, new byte[8]);
        Assert.Null(Order(new Grant(machine, epoch, stores is [] ? [Store] : stores, qmp ? $"/qmp/{pid}" : null)));
        Post(new GuardInput.ProcessSeen(pid, (ulong)pid, 1, machine));
        return machine;
    }

    public GuardedState State(int pid) => Report.Machines.Single(m => m.Pid == pid).State;

    public void SeeStopped(params int[] pids)
    {
        foreach (var pid in pids)
        {
            Post(new GuardInput.ThreadsSeen(pid, true));
        }
    }

    public void Look() => Post(new GuardInput.LookEnded(Now));

    public bool Petted() => Turn().Any(a => a is GuardAction.PetWatchdog or GuardAction.ArmWatchdog);

    public IReadOnlyList<GuardAction> Turn() => _watchdog ? Post(new GuardInput.WatchdogTurn()) : [];

    public bool Signalled(int pid, ProcessSignal signal) => Log.Contains(new GuardAction.Signal(pid, signal));

    /// <summary>The guard's process dies; another comes with what it remembered.</summary>
    public void Restart(int afterMilliseconds = 0)
    {
        var memory = Core.Memory();
        Pass(afterMilliseconds);
        Core = new(Guid.NewGuid(), "boot", _watchdog, Now, memory);
        _writes.Clear();
        Log.Clear();
        Post(new GuardInput.Tick());
    }

    private void Arm()
    {
        if (Turn().OfType<GuardAction.ArmWatchdog>().SingleOrDefault() is { } arm)
        {
            Post(new GuardInput.WatchdogArmed(arm.Timeout));
        }
    }
}
