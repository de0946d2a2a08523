// Every cell of the standby's table: a broker b2, with peers b1 and b3, is brought to each step of its life; then each
// thing happens to it. testdata/standby.table says what it is afterwards, and what it owes. ARGOSY_RECORD=1 writes down
// what happened; read the diff.
#include "broker/standby.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iomanip>
#include <sstream>

#include "broker/machine.h"
#include "broker/turn.h"
#include "schemas/names.h"

namespace argosy::broker {
namespace {

struct Subject {
  Subject() : options(make_options()), machine(options) {
    step(Start{{5, "b0"}, {}, {}});
  }

  static Options make_options() {
    Options options;
    options.name = "b2";
    options.peers = {"b1", "b3"};
    options.fingerprint = "f00d";
    return options;
  }

  void step(const Event& event) {
    Effects owed;
    machine.step(now, event, owed);
    for (const HookOrder& each : owed.hooks) run = each.run;
    if (owed.store_epoch) epoch = *owed.store_epoch;
    add(owed);
  }

  void add(const Effects& owed) {
    const auto note = [&](bool what, const std::string& text) {
      if (what) debts += " " + text;
    };
    note(owed.store_epoch.has_value(), "store");
    for (const Outgoing& each : owed.out) {
      note(each.envelope.word == Bye::word, "Bye");
      note(each.envelope.word == Refused::word, "Refused");
    }
    note(owed.stop_listening, "close");
    note(owed.fence_no_more, "fence_no_more");
    for (const HookOrder& each : owed.hooks) {
      note(each.kind == HookKind::fence, "fence");
      note(each.kind == HookKind::on_activate, "on_activate");
      note(each.kind == HookKind::on_deactivate, "on_deactivate");
    }
    note(owed.listen, "listen");
    note(!owed.alarms.empty(), "alarm");
    note(owed.stopped, "stopped");
  }

  Beat beat(const std::string& broker, BrokerDuty duty, std::uint64_t number, bool greeted = false) const {
    Beat beat;
    beat.broker = broker;
    beat.duty = duty;
    beat.epoch = {number, broker};
    beat.greeted = greeted;
    beat.fingerprint = "f00d";
    return beat;
  }

  void link(const Beat& beat) { step(BrokerSaid{beat.broker, beat}); }
  void hook(bool ok) { step(HookEnded{run, ok, "exit status 1"}); }

  // b1 (while `alive`) serves and b3 is a standby, as far as is not said otherwise; time goes by in ticks.
  void pass(Duration duration, bool peer, bool endpoint, bool third = true) {
    const Time end = now.steady + duration;
    while (now.steady < end) {
      now.steady = now.steady + options.beat;
      if (third) link(beat("b3", BrokerDuty::standby, 0));
      if (peer) link(beat("b1", BrokerDuty::active, 5, true));
      if (endpoint) step(BrokerSaid{"", beat("b1", BrokerDuty::active, 5, true)});
      step(Tick{});
    }
  }

  void say(Role role, const Word& word, Epoch known) {
    MessageCame came;
    came.peer = {static_cast<std::uint64_t>(role)};
    came.identity = {role, role == Role::worker ? "w1" : "op", true};
    came.envelope.word = argosy::word_of(word);
    came.envelope.epoch = std::move(known);
    came.envelope.to.role = Role::broker;
    if (const auto* connection = const_cast<State&>(machine.state()).presence.of_peer(came.peer)) {
      came.envelope.connection = connection->id;
    }
    came.body = word;
    step(came);
  }
  void hello(Epoch known) {
    Hello hello;
    hello.session = {7};
    hello.host = {"h", "A", "boot"};
    say(Role::worker, hello, std::move(known));
    say(Role::operator_, hello, {});
  }

  Step at() const { return step_of(machine.state().reign); }

  Options options;
  Machine machine;
  Now now{Time{1'000'000'000}, WallTime{}};
  HookRunId run;
  Epoch epoch;
  std::string debts;
};

// A standby that knows b1 as active in epoch 5 and b3 as a standby.
void watch(Subject& it) {
  it.hook(true);
  it.link(it.beat("b3", BrokerDuty::standby, 0));
  it.link(it.beat("b1", BrokerDuty::active, 5, true));
  it.step(BrokerSaid{"", it.beat("b1", BrokerDuty::active, 5, true)});
}

void rise(Subject& it) {
  watch(it);
  it.step(ConnectionRefused{"b1"});
  it.step(ConnectionRefused{""});
}

const std::vector<std::pair<std::string, std::function<void(Subject&)>>> kSteps = {
    {"settling", [](Subject&) {}},
    {"watching", watch},
    {"storing", rise},
    {"fencing", [](Subject& it) { rise(it); it.step(EpochStored{it.epoch}); }},
    {"activating", [](Subject& it) { rise(it); it.step(EpochStored{it.epoch}); it.hook(true); }},
    {"listening", [](Subject& it) { rise(it); it.step(EpochStored{it.epoch}); it.hook(true); it.hook(true); }},
    {"ungreeted",
     [](Subject& it) {
       rise(it);
       it.step(EpochStored{it.epoch});
       it.hook(true);
       it.hook(true);
       it.step(Listening{});
     }},
    {"serving", [](Subject& it) { kSteps[6].second(it); it.hello({}); }},
    {"raising", [](Subject& it) { kSteps[7].second(it); it.link(it.beat("b3", BrokerDuty::standby, 9)); }},
    {"deactivating",
     [](Subject& it) { kSteps[7].second(it); it.say(Role::operator_, Switchover{"b3"}, it.epoch); }},
    {"leaving", [](Subject& it) { kSteps[9].second(it); it.hook(true); }},
    {"idle", [](Subject& it) { watch(it); it.step(broker::Stop{}); }},
};

const std::vector<std::pair<std::string, std::function<void(Subject&)>>> kEvents = {
    {"peer's Beat: standby", [](Subject& it) { it.link(it.beat("b1", BrokerDuty::standby, 5)); }},
    {"peer's Beat: standby that knows a higher epoch",
     [](Subject& it) { it.link(it.beat("b1", BrokerDuty::standby, 20)); }},
    {"peer's Beat: active in a lower epoch", [](Subject& it) { it.link(it.beat("b1", BrokerDuty::active, 3)); }},
    {"peer's Beat: active in a lower epoch, greeted",
     [](Subject& it) { it.link(it.beat("b1", BrokerDuty::active, 3, true)); }},
    {"peer's Beat: active in a higher epoch", [](Subject& it) { it.link(it.beat("b1", BrokerDuty::active, 20)); }},
    {"peer's Beat: active in a higher epoch, greeted",
     [](Subject& it) { it.link(it.beat("b1", BrokerDuty::active, 20, true)); }},
    {"peer's Beat: rising in a higher epoch", [](Subject& it) { it.link(it.beat("b1", BrokerDuty::rising, 20)); }},
    {"peer's Beat: leaving, for this one to take over",
     [](Subject& it) {
       Beat beat = it.beat("b1", BrokerDuty::leaving, 5);
       beat.take_over = "b2";
       it.link(beat);
     }},
    {"peer's Beat: leaving, for another to take over",
     [](Subject& it) {
       Beat beat = it.beat("b1", BrokerDuty::leaving, 5);
       beat.take_over = "b3";
       it.link(beat);
     }},
    {"peer silent, the endpoint answers", [](Subject& it) { it.pass(milliseconds(1500), false, true); }},
    {"peer refuses, the endpoint answers",
     [](Subject& it) { it.step(ConnectionRefused{"b1"}); it.step(BrokerSaid{"", it.beat("b1", BrokerDuty::active, 5)}); }},
    {"endpoint's Beat", [](Subject& it) { it.step(BrokerSaid{"", it.beat("b1", BrokerDuty::active, 5, true)}); }},
    {"endpoint silent, the peer answers", [](Subject& it) { it.pass(milliseconds(1500), true, false); }},
    {"endpoint refuses, the peer answers",
     [](Subject& it) { it.step(ConnectionRefused{""}); it.link(it.beat("b1", BrokerDuty::active, 5)); }},
    {"both silent", [](Subject& it) { it.pass(milliseconds(450), false, false); }},
    {"both refuse", [](Subject& it) { it.step(ConnectionRefused{"b1"}); it.step(ConnectionRefused{""}); }},
    {"Hello that knows a higher epoch", [](Subject& it) { it.hello({20, "b9"}); }},
    {"the same, and all peers are heard as standbys",
     [](Subject& it) {
       it.link(it.beat("b1", BrokerDuty::standby, 0));
       it.link(it.beat("b3", BrokerDuty::standby, 0));
       it.hello({20, "b9"});
     }},
    {"epoch stored", [](Subject& it) { it.step(EpochStored{it.epoch}); }},
    {"an earlier epoch stored", [](Subject& it) { it.step(EpochStored{{1, "b2"}}); }},
    {"hook ended well", [](Subject& it) { it.hook(true); }},
    {"hook failed", [](Subject& it) { it.hook(false); }},
    {"an earlier hook ended", [](Subject& it) { it.step(HookEnded{{99}, true, ""}); }},
    {"listening", [](Subject& it) { it.step(Listening{}); }},
    {"cannot listen", [](Subject& it) { it.step(ListenFailed{"in use"}); }},
    {"Switchover", [](Subject& it) { it.say(Role::operator_, Switchover{"b3"}, it.epoch); }},
    {"Stop", [](Subject& it) { it.step(broker::Stop{}); }},
    {"Tick", [](Subject& it) { it.step(Tick{}); }},
    {"two takeover_after later, all others are heard", [](Subject& it) { it.pass(milliseconds(800), true, true); }},
};

std::string play() {
  std::ostringstream text;
  text << "# What b2 is after each thing that can happen at each step, and what it owes. Peers: b1 (was active), b3.\n";
  for (const auto& [what, happen] : kEvents) {
    text << "\n" << what << "\n";
    for (const auto& [step, bring] : kSteps) {
      Subject it;
      bring(it);
      it.debts.clear();
      happen(it);
      it.machine.audit();
      text << "  " << std::left << std::setw(13) << step << to_text(it.at()) << (it.debts.empty() ? "" : ":")
           << it.debts << "\n";
    }
  }
  return text.str();
}

TEST(Standby, EveryCellIsAsTheTableSays) {
  const std::string file = std::string(BROKER_STORIES) + "/standby.table";
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  const std::string happened = play();
  if (std::getenv("ARGOSY_RECORD") != nullptr) {
    std::ofstream(file) << happened;
  } else {
    EXPECT_EQ(happened, text.str());
  }
}

// The steps are what they are called, so that the table above is about what it says.
TEST(Standby, IsBroughtToEachStep) {
  for (const auto& [name, bring] : kSteps) {
    Subject it;
    bring(it);
    const std::string wanted = name == "ungreeted" ? "serving" : name == "settling" ? "deactivating" : name;
    EXPECT_EQ(to_text(it.at()), wanted) << name;
  }
}

// A broker that only its own configuration knows of would fence those that serve.
TEST(Standby, WhoIsTurnedAwayLeavesTheOthersAlone) {
  for (const char* who : {"", "b1"}) {
    Subject it;
    it.hook(true);
    const Time end = it.now.steady + it.options.takeover_after * 5;
    while (it.now.steady < end) {
      it.now.steady = it.now.steady + it.options.beat;
      it.step(BrokerSaid{who, Refused{Beat::word, Refusal::invalid, "no peer of that name", {}, {}}});
      it.step(Tick{});
    }
    EXPECT_EQ(it.at(), Step::watching) << who;
    it.pass(it.options.takeover_after * 2, false, false, false);
    EXPECT_NE(it.at(), Step::watching) << "nobody is there any more: " << who;
  }
}

TEST(Standby, AnswersAQuestionAndBelievesNothing) {
  Subject it;
  watch(it);
  it.debts.clear();
  MessageCame came;
  came.identity = {Role::broker, "broker", true};
  came.envelope.word = Beat::word;
  came.envelope.to.role = Role::broker;
  came.body = Word(Beat{});
  came.via = Via::peers;
  Effects owed;
  it.machine.step(it.now, came, owed);
  ASSERT_EQ(owed.out.size(), 1u);
  EXPECT_EQ(std::get<Beat>(std::get<Word>(owed.out[0].body)).broker, "b2");
  it.add(owed);
  EXPECT_EQ(it.debts, "");
  EXPECT_EQ(it.at(), Step::watching);
  EXPECT_TRUE(it.machine.state().watch.anyone_serves(it.now.steady));
}

// What cannot change hands by accident: whoever does not serve never says Bye, and only a rise stores an epoch.
TEST(Standby, ActsFitTheirSteps) {
  for (int s = 0; s < static_cast<int>(Step::count_); ++s) {
    for (int h = 0; h < static_cast<int>(Happening::count_); ++h) {
      const Step step = static_cast<Step>(s);
      const Act act = act_of(step, static_cast<Happening>(h));
      const bool open = step == Step::serving || step == Step::raising;
      if (act == Act::step_down || act == Act::hand_on || act == Act::raise) {
        EXPECT_TRUE(open);
      }
      if (act == Act::serve) {
        EXPECT_TRUE(step == Step::listening || step == Step::raising);
      }
      if (act == Act::listen) {
        EXPECT_EQ(step, Step::activating);
      }
      if (act == Act::activate) {
        EXPECT_EQ(step, Step::fencing);
      }
      if (act == Act::end) {
        EXPECT_TRUE(step < Step::activating && step != Step::idle);
      }
      if (step == Step::idle && act != Act::none) {
        EXPECT_EQ(act, Act::settle);
      }
    }
  }
}

}  // namespace
}  // namespace argosy::broker
