using Holdfast.Core.Evidence;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// Takes the signs of life of this host's machines (<see cref="GuestWatch"/>) and acts on a guest that has none: tells it, and restarts the machine here where its policy
/// is <see cref="HungResponse.Restart"/>. Only a machine with which nothing else is under way is watched; after anything else the watch begins anew.
/// </summary>
internal sealed class PulseDesk(AgentContext context)
{
    /// <summary>A guest that hangs again and again is not healed by a restart.</summary>
    private const int MostRestarts = 3;
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private readonly SortedDictionary<Guid, Patient> patients = [];
    private readonly SortedDictionary<Guid, List<Moment>> restarts = [];

    /// <summary>What is known of a machine's guest; null when it is not watched now.</summary>
    public GuestWatch? Of(Guid machine) => patients.GetValueOrDefault(machine)?.Watch;

    /// <summary>What a machine uses of this host; null when it is not watched now, or not for long enough.</summary>
    public MachineUsage? UseOf(Guid machine) => patients.GetValueOrDefault(machine)?.Use.Use;

    /// <summary>Looked at with every beat.</summary>
    public void Look()
    {
        foreach (var gone in patients.Where(p => !IsWatched(p.Key, p.Value.Epoch)).Select(p => p.Key).ToArray())
        {
            patients.Remove(gone);
        }

        foreach (var local in context.LocalInOrder)
        {
            if (local.RunsUndisturbed)
            {
                Ask(PatientOf(local));
            }
        }
    }

    private bool IsWatched(Guid machine, ulong epoch) => context.Local.TryGetValue(machine, out var local) && local.RunsUndisturbed && local.Epoch == epoch;

    private Patient PatientOf(LocalMachine local)
    {
        if (!patients.TryGetValue(local.Id, out var patient))
        {
            var longestGap = context.Plan.Pulse * 2.5;
            patients[local.Id] = patient = new(local, local.Epoch, new(context.Plan.HungAfter, longestGap, context.Settings.Lacks(AgentFlaws.RestartsOnSilence)), new(longestGap));
        }

        return patient;
    }

    private void Ask(Patient patient)
    {
        if (patient.Asked || context.Now < patient.Next)
        {
            return;
        }

        (patient.Asked, patient.Next) = (true, context.Now + context.Plan.Pulse);
        context.Out.Call(op => new TakePulse(op, patient.Machine.Id), result =>
        {
            patient.Asked = false;
            if (result.Pulse is { } pulse)
            {
                patient.Watch.Take(pulse);
                patient.Use.Take(pulse);
            }
            else
            {
                patient.Watch.Void();
            }

            // Safety: the answer may be of a process that something has happened to meanwhile.
            if (ReferenceEquals(patients.GetValueOrDefault(patient.Machine.Id), patient) && IsWatched(patient.Machine.Id, patient.Epoch))
            {
                Judge(patient);
            }
        });
    }

    private void Judge(Patient patient)
    {
        if (!patient.Watch.IsHung)
        {
            if (patient.Told)
            {
                patient.Told = false;
                context.Say("guest-lives", $"the guest of {Name(patient)} on {context.Settings.Host} shows signs of life again", patient.Machine.Id, context.Settings.Host);
            }

            return;
        }

        var restart = Response(patient.Machine.Id) == HungResponse.Restart && MayRestart(patient.Machine.Id);
        Tell(patient, restart);
        if (restart)
        {
            restarts[patient.Machine.Id].Add(context.Now);
            patient.Machine.EndAsHopeless($"its guest is hung, and is started again on {context.Settings.Host} (policy restart)");
        }
    }

    private void Tell(Patient patient, bool restart)
    {
        if (patient.Told)
        {
            return;
        }

        patient.Told = true;
        var then = restart ? "it is restarted on this host"
            : Response(patient.Machine.Id) == HungResponse.Ignore ? "it is left alone (policy ignore)"
            : $"it was restarted {MostRestarts} times within an hour for that, and is left alone now";
        context.Say("hung", $"the guest of {Name(patient)} on {context.Settings.Host} is hung: {Signs(patient.Watch)}; {then}", patient.Machine.Id, context.Settings.Host);
    }

    /// <summary>Why it counts as hung, in words.</summary>
    public static string Signs(GuestWatch watch) =>
        $"its guest agent has left {watch.Unanswered} questions in {watch.SilentFor.TotalSeconds:0} s unanswered, its disks have completed nothing meanwhile, and its CPUs {(watch.Cpu == CpuSign.Still ? "stand still" : "never rest")}";

    private HungResponse Response(Guid machine) => context.Definitions.TryGetValue(machine, out var definition) ? definition.OnHung : HungResponse.Ignore;

    private bool MayRestart(Guid machine)
    {
        if (!restarts.TryGetValue(machine, out var before))
        {
            restarts[machine] = before = [];
        }

        before.RemoveAll(at => context.Now - at > Window);
        return before.Count < MostRestarts;
    }

    private string Name(Patient patient) => context.NameOf(patient.Machine.Id);

    /// <summary>One process of a machine under watch.</summary>
    private sealed class Patient(LocalMachine machine, ulong epoch, GuestWatch watch, UseWatch use)
    {
        public LocalMachine Machine => machine;

        public ulong Epoch => epoch;

        public GuestWatch Watch => watch;

        public UseWatch Use => use;

        public bool Asked { get; set; }

        public bool Told { get; set; }

        public Moment Next { get; set; }
    }
}
