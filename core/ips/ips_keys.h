// The JSON key names of the .ips format, for the writer and the parsers alike.
//
// Only the spelling stands here; what a key means is said at the member of CrashReport that holds it,
// and in docs/ips_format.md. Names that read the same as their C++ constant are listed all the same, so
// that a search for a key finds every place that reads or writes it.

#pragma once

namespace faultline::ips {

// Header line.
inline constexpr const char* kAppName = "app_name";
inline constexpr const char* kAppVersion = "app_version";
inline constexpr const char* kBugType = "bug_type";
inline constexpr const char* kBuildVersion = "build_version";
inline constexpr const char* kBundleId = "bundleID";
inline constexpr const char* kHeaderName = "name";
inline constexpr const char* kIncidentId = "incident_id";
inline constexpr const char* kHeaderIsSimulated = "is_simulated";
inline constexpr const char* kOsVersionText = "os_version";
inline constexpr const char* kPlatform = "platform";
inline constexpr const char* kRootsInstalled = "roots_installed";
inline constexpr const char* kSliceUuid = "slice_uuid";
inline constexpr const char* kTimestamp = "timestamp";

// Body: identity and process.
inline constexpr const char* kBundleInfo = "bundleInfo";
inline constexpr const char* kBuildInfo = "buildInfo";
inline constexpr const char* kCoalitionId = "coalitionID";
inline constexpr const char* kCoalitionName = "coalitionName";
inline constexpr const char* kCodeSigningFlags = "codeSigningFlags";
inline constexpr const char* kCodeSigningId = "codeSigningID";
inline constexpr const char* kCodeSigningTeamId = "codeSigningTeamID";
inline constexpr const char* kCpuType = "cpuType";
inline constexpr const char* kIncident = "incident";
inline constexpr const char* kIsBeta = "isBeta";
inline constexpr const char* kParentPid = "parentPid";
inline constexpr const char* kParentProc = "parentProc";
inline constexpr const char* kPid = "pid";
inline constexpr const char* kProcName = "procName";
inline constexpr const char* kProcPath = "procPath";
inline constexpr const char* kProcRole = "procRole";
inline constexpr const char* kResponsiblePid = "responsiblePid";
inline constexpr const char* kResponsibleProc = "responsibleProc";
inline constexpr const char* kStoreInfo = "storeInfo";
inline constexpr const char* kTranslated = "translated";
inline constexpr const char* kUserId = "userID";
inline constexpr const char* kVersion = "version";
// Inside bundleInfo, buildInfo and storeInfo.
inline constexpr const char* kCfBundleIdentifier = "CFBundleIdentifier";
inline constexpr const char* kCfBundleShortVersion = "CFBundleShortVersionString";
inline constexpr const char* kCfBundleVersion = "CFBundleVersion";
inline constexpr const char* kDtAppStoreToolsBuild = "DTAppStoreToolsBuild";
inline constexpr const char* kProjectName = "ProjectName";
inline constexpr const char* kSourceVersion = "SourceVersion";
inline constexpr const char* kBuildInfoVersion = "BuildVersion";
inline constexpr const char* kProductBuildVersion = "ProductBuildVersion";
inline constexpr const char* kApplicationVariant = "applicationVariant";
inline constexpr const char* kDeviceIdentifierForVendor = "deviceIdentifierForVendor";

// Body: machine and times.
inline constexpr const char* kBasebandVersion = "basebandVersion";
inline constexpr const char* kBootSessionUuid = "bootSessionUUID";
inline constexpr const char* kBridgeVersion = "bridgeVersion";
inline constexpr const char* kCaptureTime = "captureTime";
inline constexpr const char* kCodeName = "codeName";
inline constexpr const char* kCrashReporterKey = "crashReporterKey";
inline constexpr const char* kLowPowerMode = "lowPowerMode";
inline constexpr const char* kModelCode = "modelCode";
inline constexpr const char* kOsVersion = "osVersion";
inline constexpr const char* kProcExitAbsTime = "procExitAbsTime";
inline constexpr const char* kProcLaunch = "procLaunch";
inline constexpr const char* kProcStartAbsTime = "procStartAbsTime";
inline constexpr const char* kSip = "sip";
inline constexpr const char* kSleepWakeUuid = "sleepWakeUUID";
inline constexpr const char* kSystemId = "systemID";
inline constexpr const char* kUptime = "uptime";
inline constexpr const char* kWakeTime = "wakeTime";
// Inside osVersion and bridgeVersion.
inline constexpr const char* kTrain = "train";
inline constexpr const char* kBuild = "build";
inline constexpr const char* kReleaseType = "releaseType";
inline constexpr const char* kIsEmbedded = "isEmbedded";

// Body: what went wrong.
inline constexpr const char* kAsi = "asi";
inline constexpr const char* kAsiBacktraces = "asiBacktraces";
inline constexpr const char* kAsiSignatures = "asiSignatures";
inline constexpr const char* kException = "exception";
inline constexpr const char* kExceptionReason = "exceptionReason";
inline constexpr const char* kExternalGpuInfo = "externalGPUInfo";
inline constexpr const char* kExtMods = "extMods";
inline constexpr const char* kFatalDyldError = "fatalDyldError";
inline constexpr const char* kInstructionByteStream = "instructionByteStream";
inline constexpr const char* kIsCorpse = "isCorpse";
inline constexpr const char* kIsNonFatal = "isNonFatal";
inline constexpr const char* kIsSimulated = "isSimulated";
inline constexpr const char* kKtriageInfo = "ktriageinfo";
inline constexpr const char* kLastExceptionBacktrace = "lastExceptionBacktrace";
inline constexpr const char* kLogWritingSignature = "logWritingSignature";
inline constexpr const char* kReportNotes = "reportNotes";
inline constexpr const char* kSimulatedCaller = "simulatedCaller";
inline constexpr const char* kTermination = "termination";
inline constexpr const char* kVmRegionInfo = "vmRegionInfo";
inline constexpr const char* kVmRegionInfoLower = "vmregioninfo";  // Written beside the other, same text.
inline constexpr const char* kVmSummary = "vmSummary";
inline constexpr const char* kWorkQueueLimits = "workQueueLimits";
// Inside exception.
inline constexpr const char* kCodes = "codes";
inline constexpr const char* kMessage = "message";
inline constexpr const char* kRawCodes = "rawCodes";
inline constexpr const char* kSignal = "signal";
inline constexpr const char* kSubtype = "subtype";
inline constexpr const char* kType = "type";
inline constexpr const char* kViolations = "violations";
// Inside termination.
inline constexpr const char* kByPid = "byPid";
inline constexpr const char* kByProc = "byProc";
inline constexpr const char* kCode = "code";
inline constexpr const char* kDetails = "details";
inline constexpr const char* kFlags = "flags";
inline constexpr const char* kIndicator = "indicator";
inline constexpr const char* kNamespace = "namespace";
inline constexpr const char* kReasons = "reasons";
// Inside exceptionReason.
inline constexpr const char* kArguments = "arguments";
inline constexpr const char* kClass = "class";
inline constexpr const char* kComposedMessage = "composed_message";
inline constexpr const char* kFormatString = "format_string";
// Inside extMods.
inline constexpr const char* kCaller = "caller";
inline constexpr const char* kSystem = "system";
inline constexpr const char* kTargeted = "targeted";
inline constexpr const char* kTaskForPid = "task_for_pid";
inline constexpr const char* kThreadCreate = "thread_create";
inline constexpr const char* kThreadSetState = "thread_set_state";
inline constexpr const char* kWarnings = "warnings";
// Inside instructionByteStream.
inline constexpr const char* kAtPc = "atPC";
inline constexpr const char* kBeforePc = "beforePC";

// Body: threads.
inline constexpr const char* kAtOwnFault = "atOwnFault";  // Ours: written by the Linux reporter alone.
inline constexpr const char* kBytes = "bytes";
inline constexpr const char* kFaultingThread = "faultingThread";
inline constexpr const char* kFlavor = "flavor";
inline constexpr const char* kFrames = "frames";
inline constexpr const char* kId = "id";
inline constexpr const char* kInstructionState = "instructionState";
inline constexpr const char* kInstructionStream = "instructionStream";
inline constexpr const char* kLegacyInfo = "legacyInfo";
inline constexpr const char* kName = "name";
inline constexpr const char* kOffset = "offset";
inline constexpr const char* kOriginalLength = "originalLength";
inline constexpr const char* kQueue = "queue";
inline constexpr const char* kRecursionInfoArray = "recursionInfoArray";
inline constexpr const char* kRosetta = "rosetta";
inline constexpr const char* kThreadHighlighted = "threadHighlighted";
inline constexpr const char* kThreads = "threads";
inline constexpr const char* kThreadState = "threadState";
inline constexpr const char* kThreadTriggered = "threadTriggered";
inline constexpr const char* kTriggered = "triggered";
inline constexpr const char* kX = "x";  // x0 to x28, as an array.
// Inside recursionInfoArray.
inline constexpr const char* kColdestElided = "coldestElided";
inline constexpr const char* kDepth = "depth";
inline constexpr const char* kHottestElided = "hottestElided";
inline constexpr const char* kKeyFrame = "keyFrame";
// Inside a register.
inline constexpr const char* kDescription = "description";
inline constexpr const char* kMatchesCrashFrame = "matchesCrashFrame";
inline constexpr const char* kObjcSelector = "objc-selector";
inline constexpr const char* kValue = "value";
// Inside a frame.
inline constexpr const char* kImageIndex = "imageIndex";
inline constexpr const char* kImageOffset = "imageOffset";
inline constexpr const char* kInline = "inline";
inline constexpr const char* kRegion = "region";
inline constexpr const char* kSourceFile = "sourceFile";
inline constexpr const char* kSourceLine = "sourceLine";
inline constexpr const char* kSymbol = "symbol";
inline constexpr const char* kSymbolLocation = "symbolLocation";

// Body: images. CFBundle… as in bundleInfo.
inline constexpr const char* kArch = "arch";
inline constexpr const char* kBase = "base";
inline constexpr const char* kBuildId = "buildId";  // Ours: the whole ELF build-id in hex.
inline constexpr const char* kPath = "path";
inline constexpr const char* kSharedCache = "sharedCache";
inline constexpr const char* kSize = "size";
inline constexpr const char* kSource = "source";
inline constexpr const char* kUsedImages = "usedImages";
inline constexpr const char* kUuid = "uuid";

// Panics and GPU events.
inline constexpr const char* kAnalysis = "analysis";
inline constexpr const char* kPanicString = "panicString";
inline constexpr const char* kProcessName = "process_name";
inline constexpr const char* kRestartReason = "restart_reason";
inline constexpr const char* kRestartReasonDesc = "restart_reason_desc";

}  // namespace faultline::ips
