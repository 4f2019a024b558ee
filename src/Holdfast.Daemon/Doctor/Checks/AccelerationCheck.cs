using Holdfast.Adapters.Libvirt;

namespace Holdfast.Daemon.Doctor.Checks;

/// <param name="configured">"kvm" or "tcg"; null: not known.</param>
/// <param name="probe">Starts a guest under KVM.</param>
internal sealed class AccelerationCheck(string? configured, Func<Task<Acceleration>> probe) : ICheck
{
    public string Name => "kvm";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => [(await probe(), configured) switch
    {
        (Acceleration.Kvm, "tcg") => Finding.Warning("a guest's BIOS runs under KVM, but acceleration is tcg, which is many times slower", "try a machine with acceleration kvm; keep tcg only where its kernel does not boot with that"),
        (Acceleration.Kvm, _) => Finding.Ok("a guest's BIOS runs under KVM (no whole system was tried)"),
        (_, "tcg") => Finding.Warning("KVM does not work here, and machines fall back to TCG as configured: they run, many times slower", "switch on virtualisation in the firmware and load kvm_intel or kvm_amd"),
        _ => Finding.Failed("KVM does not work here (/dev/kvm is missing, or no guest runs with it), and acceleration is kvm",
            "switch on virtualisation in the firmware and load kvm_intel or kvm_amd, or set acceleration to tcg, which is many times slower"),
    }];
}
