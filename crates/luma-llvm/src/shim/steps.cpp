// What the C APIs of LLVM and MLIR lack: the text of a pipeline taken apart into its passes, passes
// run one at a time while the analyses stay, and a translation from MLIR that does not print what is
// wrong with its result. Everything here is behind `steps.rs` and `module.rs`, which say what it means.

#include <cstdlib>
#include <cstring>
#include <string>

#include "llvm-c/Core.h"
#include "llvm-c/TargetMachine.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Analysis/CGSCCPassManager.h"
#include "llvm/Analysis/InlineCost.h"
#include "llvm/Analysis/LoopAnalysisManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassInstrumentation.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/LoopUnrollPass.h"
#include "mlir/Target/LLVMIR/Export.h"

using namespace llvm;

namespace {

char *copy(const std::string &text) {
  char *result = static_cast<char *>(std::malloc(text.size() + 1));
  if (result)
    std::memcpy(result, text.c_str(), text.size() + 1);
  return result;
}

PipelineTuningOptions tuning(bool vectorize, bool unroll) {
  PipelineTuningOptions options;
  options.LoopVectorization = vectorize;
  options.SLPVectorization = vectorize;
  options.LoopInterleaving = vectorize;
  options.LoopUnrolling = unroll;
  return options;
}

// The names of passes are only collected when one of LLVM's own printing options is set.
void collect_names() {
  auto &options = cl::getRegisteredOptions();
  auto found = options.find("print-pipeline-passes");
  if (found != options.end())
    static_cast<cl::opt<bool> *>(found->second)->setValue(true);
}

// -O3 inlines more than its pipeline says as text. The passes take the threshold when they are made.
class InlineThreshold {
  cl::opt<int> *option = nullptr;
  cl::Option *hot = nullptr;
  int before = 0;

public:
  explicit InlineThreshold(bool aggressive) {
    auto &options = cl::getRegisteredOptions();
    auto found = options.find("inlinedefault-threshold");
    if (!aggressive || found == options.end())
      return;
    option = static_cast<cl::opt<int> *>(found->second);
    before = *option;
    option->setValue(InlineConstants::OptAggressiveThreshold);
    // This one counts only if somebody gave it.
    auto local = options.find("locally-hot-callsite-threshold");
    if (local != options.end() && local->second->getNumOccurrences() == 0) {
      hot = local->second;
      hot->addOccurrence(0, "locally-hot-callsite-threshold",
                         std::to_string(*static_cast<cl::opt<int> *>(hot)));
    }
  }
  ~InlineThreshold() {
    if (option)
      option->setValue(before);
    if (hot)
      hot->reset();
  }
};

// Neither does the text say that -O3 unrolls larger loops completely: the pass then has another name.
constexpr StringLiteral FullUnroll = "loop-unroll-full";
constexpr StringLiteral FullUnrollO3 = "lumac-loop-unroll-full-O3";

bool parse_full_unroll(StringRef name, LoopPassManager &passes,
                       ArrayRef<PassBuilder::PipelineElement>) {
  if (name != FullUnrollO3)
    return false;
  passes.addPass(LoopFullUnrollPass(/*OptLevel=*/3));
  return true;
}

std::string unroll_as_at_o3(StringRef text) {
  std::string result;
  for (size_t at; (at = text.find(FullUnroll)) != StringRef::npos;) {
    StringRef rest = text.substr(at + FullUnroll.size());
    bool whole = (at == 0 || StringRef("(,").contains(text[at - 1])) &&
                 (rest.empty() || StringRef("),").contains(rest.front()));
    result += text.substr(0, at);
    result += whole ? FullUnrollO3 : FullUnroll;
    text = rest;
  }
  result += text;
  return result;
}

} // namespace

// The order matters: the builder outlives what it registers into the managers, which go innermost
// first.
struct LumacSteps {
  PassInstrumentationCallbacks callbacks;
  PassBuilder builder;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;

  bool aggressive;

  LumacSteps(TargetMachine *machine, PipelineTuningOptions options, bool aggressive)
      : builder(machine, options, std::nullopt, &callbacks), aggressive(aggressive) {
    builder.registerPipelineParsingCallback(parse_full_unroll);
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(components);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, components, modules);
  }
};

extern "C" {

LumacSteps *lumac_steps_new(LLVMTargetMachineRef machine, bool vectorize, bool unroll,
                            bool aggressive) {
  return new LumacSteps(reinterpret_cast<TargetMachine *>(machine), tuning(vectorize, unroll),
                        aggressive);
}

void lumac_steps_free(LumacSteps *steps) { delete steps; }

// 0: nothing changed, 1: something may have, 2: the text is no pipeline, and `error` says why.
int lumac_steps_run(LumacSteps *steps, LLVMModuleRef module, const char *text, char **error) {
  ModulePassManager passes;
  InlineThreshold threshold(steps->aggressive);
  std::string told = steps->aggressive ? unroll_as_at_o3(text) : text;
  if (Error why = steps->builder.parsePassPipeline(passes, told)) {
    *error = copy(toString(std::move(why)));
    return 2;
  }
  Module &unwrapped = *unwrap(module);
  return passes.run(unwrapped, steps->modules).areAllPreserved() ? 0 : 1;
}

// The pipeline with every alias written out, or null, and `error` says why.
char *lumac_expand(LLVMTargetMachineRef machine, bool vectorize, bool unroll, const char *text,
                   char **error) {
  collect_names();
  PassInstrumentationCallbacks callbacks;
  PassBuilder builder(reinterpret_cast<TargetMachine *>(machine), tuning(vectorize, unroll),
                      std::nullopt, &callbacks);
  ModulePassManager passes;
  if (Error why = builder.parsePassPipeline(passes, text)) {
    *error = copy(toString(std::move(why)));
    return nullptr;
  }
  std::string result;
  raw_string_ostream out(result);
  passes.printPipeline(out, [&](StringRef name) {
    StringRef known = callbacks.getPassNameForClassName(name);
    return known.empty() ? name : known;
  });
  out.flush();
  return copy(result);
}

// Where LLVM cannot allocate, `handler` is called, and does not return.
void lumac_on_bad_alloc(void (*handler)()) {
  static void (*end)();
  end = handler;
  install_bad_alloc_error_handler([](void *, const char *, bool) { end(); });
}

// Without verification: MLIR's prints to the standard error stream.
LLVMModuleRef lumac_translate(void *op, LLVMContextRef context) {
  auto module = mlir::translateModuleToLLVMIR(static_cast<mlir::Operation *>(op), *unwrap(context),
                                              "LLVMDialectModule", /*disableVerification=*/true);
  return wrap(module.release());
}

void lumac_text_free(char *text) { std::free(text); }
}
